#!/usr/bin/env bash
# From the official downloads to the paper's tables: train all six variants at the paper's scale, and measure them.
#
#   scripts/reproduce.sh DATA RUNS [PROCESSES]
#
# DATA holds the downloads, unpacked (about 60 GB):
#   DATA/coco          annotations/instances_train2017.json, train2017/         cocodataset.org, 20 GB
#   DATA/youtube_vos   train/{meta.json,JPEGImages,Annotations} (2019)          youtube-vos.org, 9 GB
#   DATA/davis         {JPEGImages,Annotations}/480p, ImageSets/2017            davischallenge.org, 2017 trainval, 1 GB
#   DATA/maskrcnn.pth  a Mask R-CNN ResNet-50 of maskrcnn-benchmark or detectron2 (--init-backbone)
#   DATA/vitae.pth     ImageNet's ViTAE-6M (--init-encoder; the variants with a CNN have none)
# RUNS takes a folder per variant and stage (about 3 GB each); a run that is killed goes on when this is called again.
#
# Hours are for four A100s at 30 % of their peak, computed and not measured (docs/training.md).
set -euo pipefail
data=$1 runs=$2 processes=${3:-4}
llb() { python -m llb "$@"; }
train() { accelerate launch --num_processes "$processes" --multi_gpu -m llb train "$@"; }

# What is to come: operations, hours, memory. Some seconds, and a measured step.
for stage in 1 2; do llb train paper/llb --stage "$stage" --plan --gpus "$processes"; done

for variant in joint llb-1 llb-2 llb-3 llb-4 llb; do
  # Variants whose label encoder is a ViTAE start it from ImageNet.
  case $variant in llb | llb-1 | llb-4) encoder=(--init-encoder "$data/vitae.pth") ;; *) encoder=() ;; esac

  # Stage 1, COCO, 50,000 steps of 32 clips: @STAGE1@ hours for llb.
  train "paper/$variant" --stage 1 --coco "$data/coco" --out "$runs/$variant-1" \
    --init-backbone "$data/maskrcnn.pth" "${encoder[@]}" --validate "$data/davis" --validate-every 5000

  # Stage 2, YouTube-VOS and DAVIS, 90,000 steps of 32 clips: @STAGE2@ hours for llb.
  train "paper/$variant" --stage 2 --youtube-vos "$data/youtube_vos" --davis "$data/davis" --out "$runs/$variant-2" \
    --start "$runs/$variant-1/model.safetensors" --validate "$data/davis" --validate-every 5000

  # Tables 3 and 4 (and 1): J, F and J&F on DAVIS 2017 val, 30 sequences; about ten minutes on one GPU.
  llb evaluate --data "$data/davis" --split val --model "$runs/$variant-2/model.safetensors" \
    --json "$runs/$variant.json" --device cuda
done
